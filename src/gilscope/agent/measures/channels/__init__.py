"""Two programs that talk through a channel, as they were shown in 2019 when subinterpreters were new."""
