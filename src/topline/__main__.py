"""``python -m topline`` is the ``topline`` command."""

from topline.cli.main import run

if __name__ == "__main__":
    run()
