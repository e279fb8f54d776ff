"""What runs this, for implementations that lack much of what the facts are gathered with.

Run as ``PYTHON identity.py NONCE``: one line of JSON with the nonce and the identity goes to standard output. The
script keeps to what MicroPython can run.
"""

import json
import sys

NAMES = {"ironpython": "IronPython", "micropython": "MicroPython", "rustpython": "RustPython"}


def main():
    # type: () -> None
    """Print the answer to whoever gave the nonce."""
    implementation = sys.implementation
    identity = {
        "implementation": NAMES.get(implementation.name, implementation.name),
        "release": ".".join([str(number) for number in implementation.version[:3]]),
    }
    sys.stdout.write("\n" + json.dumps({"nonce": sys.argv[1], "identity": identity}) + "\n")


if __name__ == "__main__":
    main()
