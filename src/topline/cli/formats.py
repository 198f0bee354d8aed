"""``topline formats``: the forms of a record, and what each keeps."""

from topline.cli.options import Json
from topline.cli.terminal import write, write_json


def formats(json: Json = False) -> None:
    """List the formats, what they read and write, and what they lose."""
    from topline.render.record_formats import RECORD_FORMATS

    if json:
        write_json(
            [
                {
                    "name": format.name,
                    "title": format.title,
                    "extensions": format.extensions,
                    "reads": format.read is not None,
                    "writes": format.is_written,
                    "folder": format.write_folder is not None,
                    "keeps": format.keeps,
                    "loses": format.loses,
                }
                for format in RECORD_FORMATS.values()
            ]
        )
        return
    for format in RECORD_FORMATS.values():
        does = [
            word
            for word, done in (("reads", format.read is not None), ("writes", format.is_written))
            if done
        ]
        endings = ", ".join(format.extensions) or "a folder"
        write(f"{format.name}: {format.title} ({endings}); {', '.join(does)}")
        write(f"  loses: {format.loses}")
