"""``topline formats``: the forms of a record, and what each keeps."""

from topline.cli.options import Json
from topline.cli.terminal import write, write_json


def formats(json: Json = False) -> None:
    """List the formats, what they read and write, and what they lose."""
    from topline.formats.registry import FORMATS

    if json:
        write_json(
            [
                {
                    "name": format.name,
                    "title": format.title,
                    "extensions": format.extensions,
                    "reads": format.read is not None,
                    "writes": format.write is not None,
                    "keeps": format.keeps,
                    "loses": format.loses,
                }
                for format in FORMATS.values()
            ]
        )
        return
    for format in FORMATS.values():
        does = [
            word
            for word, function in (("reads", format.read), ("writes", format.write))
            if function is not None
        ]
        write(f"{format.name}: {format.title} ({', '.join(format.extensions)}); {', '.join(does)}")
        write(f"  loses: {format.loses}")
