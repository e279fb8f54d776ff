"""Where everything is."""

from threading import Lock


class Registry:
    _lock = Lock()

    @classmethod
    def shelf(cls, number):
        with cls._lock:
            for step in range(400):
                number = (number * 31 + step) & 1023
            return number
