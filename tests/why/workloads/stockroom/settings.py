"""How the library does things."""


class Settings:
    def __init__(self):
        self.retries = 3


current = Settings()


def get():
    return current
