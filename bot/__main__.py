"""`python -m bot` is `mileage`."""

from bot.cli.main import app

if __name__ == "__main__":
    app()
