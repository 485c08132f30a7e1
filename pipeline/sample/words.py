"""The words of a sample: sentences that texts are put together from.

Written for this project. `{}` stands for the name of the item's category.
"""

FITS: dict[str, int] = {"fit": 74, "small": 13, "large": 13}

OCCASIONS: dict[str, int] = {
    "wedding": 30,
    "formal affair": 21,
    "party": 19,
    "everyday": 9,
    "work": 8,
    "other": 7,
    "date": 4,
    "vacation": 2,
}

BODY_TYPES: dict[str, int] = {
    "hourglass": 31,
    "athletic": 24,
    "pear": 12,
    "petite": 12,
    "full bust": 8,
    "straight & narrow": 8,
    "apple": 5,
}

OPENINGS: tuple[str, ...] = (
    "My second rental this month, and the {} that I would keep.",
    "The color is a shade deeper than on the screen, which I liked.",
    "I put this {} on and did not want to try my backup.",
    "Well sewn, fully lined, and heavier than it looks.",
    "I was not sure about the cut, but a friend talked me into it.",
    "Simple from the front, and the back makes the {}.",
    "The fabric has a little stretch and moves well when you walk.",
    "It came out of the bag without a crease.",
    "For once a {} that looked like its photo.",
    "I usually wear black, so this {} was a bit of a dare.",
    "The print is lovely and hides a spilled drink.",
    "Not my usual style, and now I may have to change it.",
    "A classic {} with one surprise: it has pockets.",
    "I had this one on my list since last season.",
    "The straps were long on me, and two pins solved that.",
    "Elegant without trying too hard.",
)

FIT_SENTENCES: dict[str, tuple[str, ...]] = {
    "fit": (
        "The size that I always order was right.",
        "True to size, and the backup stayed in the bag.",
        "It sat close at the waist and let me eat dinner.",
        "The length was perfect with low heels.",
        "Fits as the size chart says.",
    ),
    "small": (
        "It runs small: go up a size if you are between two.",
        "The zipper needed a second pair of hands.",
        "Tight across the ribs, so I wore the larger one.",
        "Short in the torso for anybody tall.",
        "I could not lift my arms much.",
    ),
    "large": (
        "It runs large: I had to take a size down.",
        "Loose at the top, and tape kept it in place.",
        "There was room for another sweater underneath.",
        "The hem touched the floor even in heels.",
        "A belt gave it the shape that it lacks.",
    ),
}

OCCASION_SENTENCES: dict[str, tuple[str, ...]] = {
    "wedding": (
        "I danced in it from the first song to the last bus home.",
        "The bride asked me where I had found it.",
        "Right for a ceremony outdoors and a late dinner.",
    ),
    "formal affair": (
        "It held its own between tuxedos and long gloves.",
        "Worn to a gala at the museum, with my hair up.",
        "Formal enough for the opera, and easy to sit in for three acts.",
    ),
    "party": (
        "My fiancé's birthday ran late, and I never felt overdressed.",
        "People stopped me on the stairs to ask about it.",
        "It catches the light on a dance floor.",
    ),
    "everyday": (
        "I wore it to the market and then to lunch.",
        "Easy enough for a day of errands.",
        "With flat shoes it is a normal Tuesday outfit.",
    ),
    "work": (
        "I gave a talk in it and forgot that I was wearing it.",
        "With a jacket it passes any dress code.",
        "Good for a long day of meetings and a dinner after them.",
    ),
    "other": (
        "We took family pictures in the park.",
        "Rented for a photo shoot, and it reads well on camera.",
        "For a graduation, under the gown and after it.",
    ),
    "date": (
        "Our table had a candle, and the fabric did the rest.",
        "My date noticed, which says a lot.",
        "A little daring, still comfortable for a walk.",
    ),
    "vacation": (
        "It folded to nothing in my bag and came out smooth.",
        "Light enough for an evening by the sea.",
        "Sand shakes right out of it.",
    ),
}

CLOSINGS: tuple[str, ...] = (
    "I would rent it again.",
    "Compliments all night, most of them from strangers.",
    "It went back with regret.",
    "Wear it with plain earrings and let it talk.",
    "Bring a shawl, since the fabric is thin.",
    "The seams scratched a little by the end.",
    'I said "it is rented" at least ten times.',
    "Delivery was a day early, and the return took a minute.",
    "Mind the hem on stairs.",
    "Next time I would take the other color.",
    "My mother wants it for next spring.",
    "Two lines that matter:\nit breathes, and it stays up.",
)

SUMMARIES: tuple[str, ...] = (
    "Would wear it again tomorrow",
    "Pretty, and it has pockets!",
    "Comfortable all evening long",
    "A quiet one that gets noticed",
    "Better than in the picture",
    "Nice, with one reservation",
    "Easy to dance in!",
    "The back is what people remember",
    "Good fabric, good cut",
    "Not for me, but well made",
    "Everybody asked about it",
    "A safe choice for a long day",
    "Lovely color, odd length",
    "My favorite rental so far!!",
    "Simple and sharp",
    "It needs a good bra",
)
