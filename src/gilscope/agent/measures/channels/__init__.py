"""Two programs that talk through a channel, first shown in 2019 when subinterpreters were new."""
