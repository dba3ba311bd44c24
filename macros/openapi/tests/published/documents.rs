//! The documents: five for every run, all for `AFRESH_OPENAPI_ALL=1`.

use crate::npm::Published;

/// Small and middle ones of every version and format.
pub(crate) const SOME: &[Published] = &[
    document("Figma (3.1)", FIGMA, "openapi/openapi.yaml"),
    document("Blockfrost (3.0)", BLOCKFROST, "openapi.yaml"),
    document("Dialogporten (3.0)", DIALOGPORTEN, "swagger.verified.json"),
    document("Train Travel (3.1)", README, "3.1/yaml/train-travel.yaml"),
    document("Petstore (2.0)", README, "2.0/json/petstore.json"),
];

/// The others.
pub(crate) const MORE: &[Published] = &[
    document("Petstore (3.0)", README, "3.0/yaml/petstore.yaml"),
    document("Petstore, expanded (2.0)", README, "2.0/yaml/petstore-expanded.yaml"),
    document("USPTO (3.0)", README, "3.0/json/uspto.json"),
    document("Star Trek (3.0)", README, "3.0/json/star-trek.json"),
    document("Polymorphism (3.0)", README, "3.0/json/polymorphism.json"),
    document("Discriminators (3.0)", README, "3.0/json/discriminators.json"),
    document("Parameter styles (3.1)", README, "3.1/json/parameters-style.json"),
    document("Circles (3.0)", README, "3.0/json/circular-paths.json"),
    document("ReadMe (3.1)", README, "3.1/json/readme.json"),
    document("Scalar Galaxy (3.1)", GALAXY, "dist/3.1.yaml"),
    document("Ideal Postcodes (3.0)", POSTCODES, "dist/openapi.yaml"),
    document("rclone (3.0)", RCLONE, "openapi.yaml"),
    document("ShipEngine (3.0)", SHIPENGINE, "openapi.json"),
    document("Directus (3.0)", DIRECTUS, "dist/openapi.json"),
    document("Directus, a third party's (3.0)", DIRECTUS_OTHER, "dist/oas.yaml"),
    document("Okta (2.0)", OKTA, "dist/spec.json"),
    document("GitHub (3.0)", GITHUB, "generated/api.github.com.json"),
];

/// A package: its name, its version, and what npm must find it to be.
type Package = (&'static str, &'static str, &'static str);

const fn document(name: &'static str, of: Package, path: &'static str) -> Published {
    Published { name, package: of.0, version: of.1, integrity: of.2, path }
}

const FIGMA: Package = (
    "@figma/rest-api-spec",
    "0.43.0",
    "sha512-sbFm28WM8MsawyLSYO9Ddne+8xytWU5D7oCOOWyzRvLpd9InFHihC37dQBVJVzAVyT7HpwYtU4wlm+ALogC38g==",
);
const BLOCKFROST: Package = (
    "@blockfrost/openapi",
    "0.1.93",
    "sha512-gC0NOZk+9MSa5aK846gbcU12VqbZwzVpZmgO6314e9ExJo9g3QsMmniplewOhI5fJQVHR0A7lgCVqk/pbK1iKA==",
);
const DIALOGPORTEN: Package = (
    "@digdir/dialogporten-schema",
    "1.118.6",
    "sha512-lRlFqAF59sK7U1cm4taIZkXatS2/u12cQ6wgg4lmlS/roTtHCEfvLtNO5oCcfnEy8XeC2ZDEWdbXLRKMDOzc5Q==",
);
const README: Package = (
    "@readme/oas-examples",
    "8.2.2",
    "sha512-uytlvlylq3zpemG0h1R7ijlMBCajqXU0VpMI1Iw+j92s77Y/oT6pBf3BZN0lYl0WIGTh7POM4Jdu7L14eCzwXQ==",
);
const GALAXY: Package = (
    "@scalar/galaxy",
    "0.6.12",
    "sha512-406+1YbTRAj1nSSUPLzHOCjQ5mIZbCKUlK2ycgn5JqZJziYXoFrIdBIPdaVh9Sk/33rpdULs3uFaMWT7jBgR7g==",
);
const POSTCODES: Package = (
    "@ideal-postcodes/openapi",
    "4.21.0",
    "sha512-QvwrkjQNFYj+drLJ8UKex8mlrPRn7/pii9l5G2X/FFbyisEzZ46524tpm4MphIpqjZHGBgK2gnGgrXQxeDwy+w==",
);
const RCLONE: Package = (
    "rclone-openapi",
    "1.75.0",
    "sha512-qkuPnhiFFS0cu5jAcG3TXWKZrkw54KYFCDPL5PDFY5Q3CZcooP4EXuMmcoQKWpmglohk12b65OW31QDVadsjRw==",
);
const SHIPENGINE: Package = (
    "shipengine-openapi",
    "1.4.0",
    "sha512-OPyPYD6FQfyx5h9IxCFnUflqS+qkpZkB78uw4KVkFtFY/inaXi0bPcXJz8eaxc3edEvRcxI47bwPZ6Dnu1R7pw==",
);
const DIRECTUS: Package = (
    "@directus/specs",
    "15.2.0",
    "sha512-JauzDjbFbeoZ9AceWh/pbG/U2R2/5V8jP7Ldp/bpSPbsDu392uXEUQGTfWkowLqgRXtjmGHP5vIZoUJpjqaFPw==",
);
const DIRECTUS_OTHER: Package = (
    "@directus/openapi",
    "0.1.5",
    "sha512-B5SHAVG5rfJHSq4iIxdk3em/P9TagzAVhHouElPfsM8T7c/+XqmIA5TQn+xkJr70iheo5xklXqnyMCjNj7eIKw==",
);
const OKTA: Package = (
    "@okta/openapi",
    "2.15.0",
    "sha512-twwPLKMJ5HlEZvdL6n0TiOIYqJVihM7g3UI1oSKBm9mPb0Fv9BIFKVOOrloJ3LiEnhTOzkR8w16BdCxbPTVcjg==",
);
const GITHUB: Package = (
    "@octokit/openapi",
    "23.0.2",
    "sha512-pV8M7L9GY23AybNvTmo2nyjmpmnt6+2sRE/tqr0ZLQcPS4lnw7u5eZGNmwRNkBC3D7gZXbFx5AHzLUVRBXGDhg==",
);
