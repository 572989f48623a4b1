# Put the cursor at the end of an empty line, wait for the grey text and press Tab, or run "LLaDA: Fill Masked Region".

import sys
from collections import Counter
from pathlib import Path


def read_words(path: Path) -> list[str]:
    """All words of a file, in lower case, without punctuation."""
    words = []
    with path.open(encoding="utf-8") as file:
        for line in file:
            
    return words


def most_common(words: list[str], limit: int = 10) -> list[tuple[str, int]]:
    """The most frequent words with their counts."""
    counts = Counter(words)
    return 


def main() -> int:
    if len(sys.argv) != 2:
        print("usage: word_count.py FILE", file=sys.stderr)
        return 2
    path = Path(sys.argv[1])
    if not path.exists():
        
        return 1
    for word, count in most_common(read_words(path)):
        print(f"{count:6d}  {word}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
