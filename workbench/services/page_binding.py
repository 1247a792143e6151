"""Pages that are one JPEG each, bound to a PDF that holds nothing else: no text, no metadata, no earlier version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class PagePicture:
    """One page: a baseline JPEG in RGB, its size in pixels, and how many dots make an inch."""

    path: Path
    width: int
    height: int
    dpi: float


def bind_pages(pages: Sequence[PagePicture], target: Path) -> None:
    """Write the PDF (ISO 32000-1, 7.5), one picture in memory at a time. Raises ``OSError``."""
    places: list[int] = []
    with target.open("wb") as out:

        def write(number: int, body: bytes, stream: bytes | None = None) -> None:
            places.append(out.tell())
            out.write(f"{number} 0 obj\n".encode() + body)
            if stream is not None:
                out.write(b"\nstream\n" + stream + b"\nendstream")
            out.write(b"\nendobj\n")

        out.write(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
        kids = " ".join(f"{3 + 3 * n} 0 R" for n in range(len(pages)))
        write(1, b"<</Type/Catalog/Pages 2 0 R>>")
        write(2, f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>".encode())
        for n, page in enumerate(pages):
            number = 3 + 3 * n
            across, down = (side / page.dpi * 72 for side in (page.width, page.height))
            drawing = f"q {across:.3f} 0 0 {down:.3f} 0 0 cm /P Do Q".encode()
            write(
                number,
                f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {across:.3f} {down:.3f}]"
                f"/Resources<</XObject<</P {number + 2} 0 R>>>>/Contents {number + 1} 0 R>>".encode(),
            )
            write(number + 1, f"<</Length {len(drawing)}>>".encode(), drawing)
            data = page.path.read_bytes()
            write(
                number + 2,
                f"<</Type/XObject/Subtype/Image/Width {page.width}/Height {page.height}/ColorSpace/DeviceRGB"
                f"/BitsPerComponent 8/Filter/DCTDecode/Length {len(data)}>>".encode(),
                data,
            )
        start = out.tell()
        out.write(f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n".encode())
        out.writelines(f"{place:010d} 00000 n \n".encode() for place in places)
        out.write(f"trailer\n<</Size {len(places) + 1}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n".encode())
