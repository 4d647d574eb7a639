"""Writes the invented sample: python -m data_samples.generate --size small --out FOLDER."""

from data_samples.district.command import main

if __name__ == "__main__":
    main()
