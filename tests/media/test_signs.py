"""Signs in a file's metadata that its picture was made or edited."""

from __future__ import annotations

import struct
import zlib

import pytest
import shots
from hostile_pictures import chunk, credentials, segment, with_chunks, with_segments, xmp
from PIL import Image

from media.pictures import examine
from media.signs import CREDENTIALS, EDITED, GENERATED, TAKEN, Sign, signs_of

IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
LABEL = '{"Label":"1","ContentProducer":"001191110102MACQD9K64010000","ProduceID":"1"}'


def exif(**fields) -> bytes:
    """Return a JPEG with these EXIF fields."""
    tags = {"software": 0x0131, "description": 0x010E}
    block = Image.Exif()
    for name, value in fields.items():
        if name == "comment":
            block.get_ifd(0x8769)[0x9286] = value
        else:
            block[tags[name]] = value
    return shots.jpeg(shots.scene(), exif=block)


def in_xmp(attributes: str) -> bytes:
    return with_segments(xmp(f"<x:xmpmeta><rdf:Description {attributes}/></x:xmpmeta>".encode()))


def itxt(name: bytes, text: bytes, *, packed: bool = False) -> bytes:
    body = zlib.compress(text) if packed else text
    return chunk(b"iTXt", name + b"\0" + bytes((packed, 0)) + b"\0\0" + body)


def webp(kind: bytes, body: bytes) -> bytes:
    """Return a WebP with one more chunk at its end."""
    whole = shots.saved(shots.scene(), "WEBP")
    whole += kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
    return whole[:4] + struct.pack("<I", len(whole) - 8) + whole[8:]


CASES = {
    "iptc in xmp": (in_xmp(f'Iptc4xmpExt:DigitalSourceType="{IPTC}trainedAlgorithmicMedia"'), [(GENERATED, "")]),
    "iptc, composed": (
        in_xmp(f'Iptc4xmpExt:DigitalSourceType="{IPTC}compositeWithTrainedAlgorithmicMedia"'),
        [(EDITED, "")],
    ),
    "creator tool": (in_xmp('xmp:CreatorTool="Adobe Photoshop 25.0 (Windows)"'), [(EDITED, "Photoshop")]),
    "credit": (in_xmp('photoshop:Credit="Made with Google AI"'), [(GENERATED, "Google AI")]),
    "aigc in xmp": (in_xmp(f"TC260:AIGC='{LABEL.replace(chr(34), '&quot;')}'"), [(GENERATED, "")]),
    "aigc in exif": (exif(comment=b"ASCII\0\0\0" + f'{{"AIGC":{LABEL}}}'.encode()), [(GENERATED, "")]),
    "software": (exif(software="Meitu 美图秀秀"), [(EDITED, "美图")]),
    "generator as software": (exif(software="Doubao 豆包"), [(GENERATED, "豆包")]),
    "midjourney": (exif(description="a rotten peach --v 6 Job ID: 1 Midjourney"), [(GENERATED, "Midjourney")]),
    "settings in a comment": (
        exif(comment=b"UNICODE\0" + "Steps: 20, Sampler: Euler".encode("utf-16-le")),
        [(GENERATED, "")],
    ),
    "settings in a png": (with_chunks(chunk(b"tEXt", b"parameters\0Steps: 20, Sampler: Euler a")), [(GENERATED, "")]),
    "workflow in a png": (with_chunks(chunk(b"tEXt", b'workflow\0{"nodes": []}')), [(GENERATED, "ComfyUI")]),
    "packed text": (
        with_chunks(chunk(b"zTXt", b"Software\0\0" + zlib.compress(b"NovelAI"))),
        [(GENERATED, "NovelAI")],
    ),
    "xmp in a png": (
        with_chunks(itxt(b"XML:com.adobe.xmp", b'<x CreatorTool="GIMP 3.0"/>', packed=True)),
        [(EDITED, "GIMP")],
    ),
    "credentials of a model": (
        with_segments(credentials(b"c2pa\0claim_generator\x78\x10OpenAI-API trainedAlgorithmicMedia")),
        [(GENERATED, "OpenAI")],
    ),
    "credentials of a camera": (
        with_segments(credentials(b"c2pa claim_generator\x6bPixel Camera")),
        [(CREDENTIALS, "")],
    ),
    "credentials in a png": (with_chunks(chunk(b"caBX", b"jumbc2pa trainedAlgorithmicMedia")), [(GENERATED, "")]),
    "credentials in a webp": (webp(b"C2PA", b"jumbc2pa dall-e trainedAlgorithmicMedia"), [(GENERATED, "")]),
    "xmp in a webp": (webp(b"XMP ", b'<x xmp:CreatorTool="Snapseed 2.0"/>'), [(EDITED, "Snapseed")]),
    "a phone": (exif(software="17.5.1", description="peach"), []),
    "words that only look alike": (exif(description="photoshopped? no: imagen de fruta, flux"), []),
    "a comment": (with_segments(segment(0xFE, b"Lavc60.3.100")), []),
    "nothing": (shots.jpeg(shots.scene()), []),
}


@pytest.mark.parametrize("name", CASES)
def test_what_a_file_says_of_its_making(name):
    data, wanted = CASES[name]
    kind = "png" if data.startswith(b"\x89PNG") else "webp" if data.startswith(b"RIFF") else "jpeg"
    assert signs_of(data, kind) == tuple(Sign(*one) for one in wanted)
    assert examine(data).signs == tuple(Sign(*one) for one in wanted)


def test_the_cameras_time_is_told_and_nothing_else_is_kept():
    photo = examine(shots.jpeg(shots.scene(), exif=shots.camera_exif()))
    assert photo.signs == (Sign(TAKEN, "2026-06-12 19:10:00"),)
    assert signs_of(photo.working, "jpeg") == signs_of(photo.thumbnail, "jpeg") == ()


def test_any_cut_is_survived():
    for name, (data, _) in CASES.items():
        kind = "png" if data.startswith(b"\x89PNG") else "webp" if data.startswith(b"RIFF") else "jpeg"
        for end in range(0, min(len(data), 900), 7):
            assert len(signs_of(data[:end], kind)) <= 7, name
