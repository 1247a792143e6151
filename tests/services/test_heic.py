"""HEIC, as phones write it: drawn upright, its time and place read, redacted into a JPEG."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.helpers import ROOT, session
from workbench.domain.evaluation import Evidence
from workbench.domain.shapes import Shape
from workbench.services.attaching import Attaching
from workbench.services.jobs import silent
from workbench.services.pictures import PREVIEW, Pictures, Wish
from workbench.services.redacting import Redacting
from workbench.services.session import Session
from workbench.store.evidence import Vault

# 96 × 64 pixels, white with a red square in the upper left; a phone's time and place.
PHOTO = base64.b85decode(
    "0000SW^{RQXk}?*00000ZE0pPXk}?*ZE0a<0004(ZDn*}000000000XXk=`10000000000aA{+7000000000000000"
    "00000G-+&aV*mgE07O6l0ssL300001y8r<I000000021v0ssI200Hy>0RR9100000&Hw-aIB98aW&i*H00062000$f"
    "Zf0cy000000RRAKc4ILB0000LX>Mj^0ssI300IC2MR;ju000004sdC7Z2$lO00031007o$aB^?}006gXaAR)(004Ms"
    "c4I>U18@KU0FVFx0000U@BsY%`1k+-4+CHT0RR|40Sp2E{{wIU00RJ!0009300RIXx&lC90096iLID8-Z~y=U0FVFx"
    "0{{R603M()fd!W8Nhz*w0vZem00093$N&HX00=;000968L;=Baup&SJ000wXZ)|dIV{CW;0RRmE27mwn02FC+aAg1h"
    "000000AK(B06+i$01$9#cxeCt0009B2nYZG02gU+ZD9Za00000009621c3qr1ONa48fkK6W&i*H000004r63<V*mmG"
    "0RRC2009qeWMOmw001>80j~+*BQ~Nx|NGH>|Nh*^q5ieAbf+Km@P7OCKCl1aU=0!f{ekF!`)IcR=7u#CK1FZ%00006"
    "MR;ju002!*04e|g00;mB0S^EI000060000ohiL!=000010000uh$R37000010001900000P-t&%WdHyHkOKe$0000K"
    "0000=00000GB7eSIx#UiGBhADFgh_ZIx{c;00aO500IC200K?`0000200jU500RI30F(d&00IC200Kn-0000400jU5"
    "00RI30IUE20000003QGV0096101W^D009611k?Zk02u%P0C@la0096102}}S009610(k%c02u"
)
#: The same, held upright: stored turned, with a note of how (Exif orientation 6).
TURNED = base64.b85decode(
    "0000SW^{RQXk}?*00000ZE0pPXk}?*ZE0a<0004@ZDn*}000000000XXk=`10000000000aA{+7000000000000000"
    "00000G-+&aV*mgE07O6l0ssL300001#Q*^S00000005Z)0ssI200LeB0RR9100000+5i9mIB98aW&i*H00062000$f"
    "Zf0cy000000RRAKc4ILB0000LX>Mj^0ssI300IC2MR;ju000004sdC7Z2$lO00031007`=aB^?}006*gaAR)(004Ms"
    "c4I>U18@KU0FVFx0000U@BsY%`1k+-4+CHT0RR|40Sp2E{{wIU00RJ!0009300RIXx&lC90096iLID8-Z~y=U0FVFx"
    "0{{R603M(qfrXapNhz*w0vZem00093$N&HX00=;000968L;=Baup&SJ000wXZ)|dIV{CW;0RRmE27mwn02FC+aAg1h"
    "0000006+i$0AK(B01$9#cxeCt0009B2nYZG010VwZ*&6y000<iaBX1#00000000310R@2q0|bQt000_ka%E-!00000"
    "000hSWOHKx0ssL30RR92du?Q4bN~PVl_&wP3E&}xG^O4@#Juv(x)yMAnt%V(!+-zw<~<Mft!8pDiN+ONA~#g^okud("
    "yspaJ4i*iu7xhoq$IuD~{?oAt80f!LKYT9QKEf&i>r@C)q=_C-vv5?M68W;mZH2f3M$iUu$GMtK34mGNu)=y-VAB;3"
    "sS|)1L)ZaUBK@e2O$>s?vP9>!#t&E@qCri@$hZIi00u>PX=VTbO-%qQ0000800aRK00IC200sa606qZ{00RI300967"
    "004(+00aO40096107Qr-00aO4009610BQgL002;EZ*FA(00EE#00IC202BZK09F71001&DGBP?bF*-6dATcmHF)}(c"
    "FaQ7q0096300002P5=M^00IC7000030001>00RI500002MF0Q*00aO9000030002E000000000V000010000D00001"
    "000Ek0000P0001a000010000S000010007c0000P"
)


@pytest.fixture
def opened() -> Session:
    return session()


@pytest.fixture
def attaching(opened: Session, tmp_path: Path) -> Attaching:
    return Attaching(opened, Vault(tmp_path / "evidence"))


@pytest.fixture
def pictures(attaching: Attaching, tmp_path: Path) -> Iterator[Pictures]:
    made = Pictures(attaching.vault, tmp_path / "cache", workers=1)
    yield made
    made.close()


def taken_in(attaching: Attaching, data: bytes) -> Evidence:
    return attaching.settle(attaching.take_in_bytes(data, "IMG_0001.HEIC", silent)).items[0]


@pytest.mark.parametrize("data", [PHOTO, TURNED], ids=["level", "turned"])
def test_a_phone_photo_is_drawn_upright(attaching: Attaching, pictures: Pictures, data: bytes) -> None:
    item = taken_in(attaching, data)
    assert item.media_type == "image/heic"
    picture = pictures.make(Wish(item.sha256, item.media_type, PREVIEW))
    assert picture.path is not None, picture
    with Image.open(picture.path) as image:
        assert image.size == (96, 64)
        red, green, _ = image.getpixel((8, 8))
        assert red > 200
        assert green < 60


def test_time_and_place_are_read(attaching: Attaching) -> None:
    item = taken_in(attaching, PHOTO)
    assert (item.taken, item.taken_place) == ("2022-11-24 10:12:30", "北纬31.23040° 东经121.47370°")


def test_a_damaged_photo_says_so(attaching: Attaching, pictures: Pictures) -> None:
    item = taken_in(attaching, PHOTO[: len(PHOTO) // 2])
    drawn = pictures.make(Wish(item.sha256, item.media_type, PREVIEW)).drawn
    assert not drawn.ok
    assert "已损坏" in drawn.reason


def test_a_redacted_copy_is_a_jpeg_without_place(
    attaching: Attaching, pictures: Pictures, opened: Session
) -> None:
    font = ROOT / "resources" / "fonts" / "NotoSansSC-Regular.ttf"
    redacting = Redacting(opened, attaching, pictures, font)
    item = taken_in(attaching, PHOTO)
    made = redacting.settle(redacting.make(item, [Shape("hide", 1, 0, 0, 0.4, 0.6)], silent), withhold=True)
    assert made is not None
    path = attaching.vault.path_of(made.sha256)
    assert path is not None
    assert made.media_type == "image/jpeg"
    with Image.open(path) as image:
        assert max(image.getpixel((8, 8))) < 24
        assert not image.getexif()
