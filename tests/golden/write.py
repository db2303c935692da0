"""`python -m tests.golden.write`: writes the samples that are missing. A sample once released is never rewritten."""

import msgspec

from tests.golden.samples import FOLDER, event_types, instance_of, path_of


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for kind in event_types():
        path = path_of(kind)
        if not path.exists():
            state = msgspec.json.encode({"v": kind.version, "e": instance_of(kind.type)})
            path.write_bytes(msgspec.json.format(state, indent=2) + b"\n")
            print(path.name)


if __name__ == "__main__":
    main()
