"""Pruning while others work: on real records and a real database, with images that have no layers."""

from backend.images import reference
from backend.images.image import Image
from backend.images.image_creation import ImageDraft
from backend.images.manager import Images


async def nameless(images: Images, comment: str) -> Image:
    return await images.create(ImageDraft(None, {}, comment))


def is_nameless(image: Image) -> bool:
    return not image.references


async def test_an_image_that_gets_a_name_while_others_go_stays(images: Images) -> None:
    made = [await nameless(images, f"step {number}") for number in range(3)]
    asked: list[str] = []

    def unwanted(image: Image) -> bool:
        if not asked:
            last = next(other for other in reversed(made) if other.id != image.id)
            images.tag(last, reference.parse("kept:1"))
        asked.append(image.id)
        return is_nameless(image)

    removed, _ = await images.prune(unwanted)
    assert len([entry for entry in removed if "Deleted" in entry]) == 2
    assert [image.references for image in images] == [("docker.io/library/kept:1",)]


async def test_what_work_goes_on_from_stays_until_it_ends(images: Images) -> None:
    base, other = await nameless(images, "base"), await nameless(images, "other")
    async with images.kept() as keep:
        keep(base)
        await images.prune(is_nameless)
        assert [image.id for image in images] == [base.id]
        await images.remove(base.id, force=True)
        assert images.get(base.id) is not None, "it is hidden from its user, and there for the work"
    assert images.get(base.id) is None
    assert images.get(other.id) is None
