# /// why
# [[causes]]
# kind = "lock"
# object = "LOG.handlers[0].lock"
#
# [[also]]
# kind = "counts"
# object = "HANDLER*"
#
# [[also]]
# kind = "counts"
# object = "LOG*"
#
# [[also]]
# kind = "counts"
# object = "logging.*"
# ///
"""Does logging scale: 100 records to one handler by each worker?

A handler formats and writes under a lock of its own. This one writes nowhere.
"""

import logging

RECORDS = 100


class Nowhere(logging.Handler):
    def emit(self, record):
        self.format(record)


HANDLER = Nowhere()
HANDLER.setFormatter(logging.Formatter("%(asctime)s %(levelname)-8s %(threadName)s %(name)s:%(lineno)d %(message)s"))
LOG = logging.getLogger("stock")
LOG.propagate = False
LOG.setLevel(logging.INFO)
LOG.addHandler(HANDLER)


def work():
    for number in range(RECORDS):
        LOG.info("order %d of %d", number, RECORDS)
    return RECORDS
