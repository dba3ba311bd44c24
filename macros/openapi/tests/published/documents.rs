//! Lists the published documents: five for every run, and more if `AFRESH_OPENAPI_ALL=1` is set.

use crate::source::{From, Package, Published};

/// Small and medium-sized documents that cover every version and format.
pub(crate) static SOME: &[Published] = &[
    npm("Figma (3.1)", &FIGMA, "openapi/openapi.yaml"),
    npm("Blockfrost (3.0)", &BLOCKFROST, "openapi.yaml"),
    npm("Dialogporten (3.0)", &DIALOGPORTEN, "swagger.verified.json"),
    npm("Train Travel (3.1)", &README, "3.1/yaml/train-travel.yaml"),
    npm("Petstore (2.0)", &README, "2.0/json/petstore.json"),
];

/// The documents for which the mock server checks requests in every run. The mock server supports only OpenAPI 3.
pub(crate) const MOCKED: &[&str] = &["Blockfrost (3.0)", "Train Travel (3.1)"];

/// The documents for which the mock server checks requests only if `AFRESH_OPENAPI_ALL=1` is set.
pub(crate) const ALSO_MOCKED: &[&str] = &["Dialogporten (3.0)", "Figma (3.1)", "ReadMe (3.1)"];

/// The documents that are tested only if `AFRESH_OPENAPI_ALL=1` is set.
pub(crate) static MORE: &[Published] = &[
    npm("Petstore (3.0)", &README, "3.0/yaml/petstore.yaml"),
    npm("Petstore, expanded (2.0)", &README, "2.0/yaml/petstore-expanded.yaml"),
    npm("USPTO (3.0)", &README, "3.0/json/uspto.json"),
    npm("Star Trek (3.0)", &README, "3.0/json/star-trek.json"),
    npm("Polymorphism (3.0)", &README, "3.0/json/polymorphism.json"),
    npm("Discriminators (3.0)", &README, "3.0/json/discriminators.json"),
    npm("Parameter styles (3.1)", &README, "3.1/json/parameters-style.json"),
    npm("Circles (3.0)", &README, "3.0/json/circular-paths.json"),
    npm("ReadMe (3.1)", &README, "3.1/json/readme.json"),
    npm("Scalar Galaxy (3.1)", &GALAXY, "dist/3.1.yaml"),
    npm("Ideal Postcodes (3.0)", &POSTCODES, "dist/openapi.yaml"),
    npm("rclone (3.0)", &RCLONE, "openapi.yaml"),
    npm("ShipEngine (3.0)", &SHIPENGINE, "openapi.json"),
    npm("Directus (3.0)", &DIRECTUS, "dist/openapi.json"),
    npm("Directus by a third party (3.0)", &DIRECTUS_OTHER, "dist/oas.yaml"),
    npm("Okta (2.0)", &OKTA, "dist/spec.json"),
    npm("GitHub (3.0)", &GITHUB, "generated/api.github.com.json"),
    npm("Netlify (2.0)", &NETLIFY, "dist/swagger.json"),
    npm("Kubernetes (2.0)", &KUBERNETES, "lib/specs/swagger-1.13.json.gz"),
    fixture("Stripe (3.0)", "fixtures/stripe.yaml"),
    fixture("Slack (3.0)", "fixtures/slack.json"),
    fixture("Twilio (3.0)", "fixtures/twilio.json"),
    fixture("Quay (3.0)", "fixtures/quayio.json"),
    fixture("Docker (3.0)", "fixtures/docker.yaml"),
    fixture("Fitbit (3.0)", "fixtures/fitbit.json"),
    fixture("Adobe Experience Manager (3.0)", "fixtures/adobe_aem.yaml"),
    fixture("Azure Advisor (3.0)", "fixtures/azure_advisor.yaml"),
    fixture("Authentiq (3.0)", "fixtures/authentiq.yaml"),
    fixture("Polygon (3.0)", "fixtures/polygon.json"),
];

const fn npm(name: &'static str, package: &'static Package, path: &'static str) -> Published {
    Published { name, from: From::Npm(package), path }
}

/// Returns a document from the test fixtures of the `openapiv3` crate, which contain the publishers' original files.
const fn fixture(name: &'static str, path: &'static str) -> Published {
    Published { name, from: From::Crate("openapiv3"), path }
}

static FIGMA: Package = Package {
    name: "@figma/rest-api-spec",
    version: "0.43.0",
    integrity: "sha512-sbFm28WM8MsawyLSYO9Ddne+8xytWU5D7oCOOWyzRvLpd9InFHihC37dQBVJVzAVyT7HpwYtU4wlm+ALogC38g==",
};
static BLOCKFROST: Package = Package {
    name: "@blockfrost/openapi",
    version: "0.1.93",
    integrity: "sha512-gC0NOZk+9MSa5aK846gbcU12VqbZwzVpZmgO6314e9ExJo9g3QsMmniplewOhI5fJQVHR0A7lgCVqk/pbK1iKA==",
};
static DIALOGPORTEN: Package = Package {
    name: "@digdir/dialogporten-schema",
    version: "1.118.6",
    integrity: "sha512-lRlFqAF59sK7U1cm4taIZkXatS2/u12cQ6wgg4lmlS/roTtHCEfvLtNO5oCcfnEy8XeC2ZDEWdbXLRKMDOzc5Q==",
};
static README: Package = Package {
    name: "@readme/oas-examples",
    version: "8.2.2",
    integrity: "sha512-uytlvlylq3zpemG0h1R7ijlMBCajqXU0VpMI1Iw+j92s77Y/oT6pBf3BZN0lYl0WIGTh7POM4Jdu7L14eCzwXQ==",
};
static GALAXY: Package = Package {
    name: "@scalar/galaxy",
    version: "0.6.12",
    integrity: "sha512-406+1YbTRAj1nSSUPLzHOCjQ5mIZbCKUlK2ycgn5JqZJziYXoFrIdBIPdaVh9Sk/33rpdULs3uFaMWT7jBgR7g==",
};
static POSTCODES: Package = Package {
    name: "@ideal-postcodes/openapi",
    version: "4.21.0",
    integrity: "sha512-QvwrkjQNFYj+drLJ8UKex8mlrPRn7/pii9l5G2X/FFbyisEzZ46524tpm4MphIpqjZHGBgK2gnGgrXQxeDwy+w==",
};
static RCLONE: Package = Package {
    name: "rclone-openapi",
    version: "1.75.0",
    integrity: "sha512-qkuPnhiFFS0cu5jAcG3TXWKZrkw54KYFCDPL5PDFY5Q3CZcooP4EXuMmcoQKWpmglohk12b65OW31QDVadsjRw==",
};
static SHIPENGINE: Package = Package {
    name: "shipengine-openapi",
    version: "1.4.0",
    integrity: "sha512-OPyPYD6FQfyx5h9IxCFnUflqS+qkpZkB78uw4KVkFtFY/inaXi0bPcXJz8eaxc3edEvRcxI47bwPZ6Dnu1R7pw==",
};
static DIRECTUS: Package = Package {
    name: "@directus/specs",
    version: "15.2.0",
    integrity: "sha512-JauzDjbFbeoZ9AceWh/pbG/U2R2/5V8jP7Ldp/bpSPbsDu392uXEUQGTfWkowLqgRXtjmGHP5vIZoUJpjqaFPw==",
};
static DIRECTUS_OTHER: Package = Package {
    name: "@directus/openapi",
    version: "0.1.5",
    integrity: "sha512-B5SHAVG5rfJHSq4iIxdk3em/P9TagzAVhHouElPfsM8T7c/+XqmIA5TQn+xkJr70iheo5xklXqnyMCjNj7eIKw==",
};
static OKTA: Package = Package {
    name: "@okta/openapi",
    version: "2.15.0",
    integrity: "sha512-twwPLKMJ5HlEZvdL6n0TiOIYqJVihM7g3UI1oSKBm9mPb0Fv9BIFKVOOrloJ3LiEnhTOzkR8w16BdCxbPTVcjg==",
};
static GITHUB: Package = Package {
    name: "@octokit/openapi",
    version: "23.0.2",
    integrity: "sha512-pV8M7L9GY23AybNvTmo2nyjmpmnt6+2sRE/tqr0ZLQcPS4lnw7u5eZGNmwRNkBC3D7gZXbFx5AHzLUVRBXGDhg==",
};
static NETLIFY: Package = Package {
    name: "@netlify/open-api",
    version: "2.60.0",
    integrity: "sha512-zNwSsLoFF8G0EGXFsADg99a+e3zAObOFdm8/dTG2btfxmZ7vlqfbNgryie2vD6hTlUbt3kCZN66OE79PQWt/5w==",
};
static KUBERNETES: Package = Package {
    name: "kubernetes-client",
    version: "9.0.0",
    integrity: "sha512-Qy8o42dZVHB9P+cIiKdWpQbz/65l/qW1fDYvlzzeSLftmL1Ne3HEiM+0TmKAwNuRW0pTJN2tRWhcccToclxJ8g==",
};
