//! Published documents: every operation is declared, and the trait compiles without a warning.
//!
//! npm brings them. Without npm, the tests print that they were skipped. With `AFRESH_REQUIRE_NPM` set, they fail.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use afresh_openapi::scratch::Scratch;
use afresh_openapi::{Document, declare};
use serde_json::Value;

/// A document in an npm package.
struct Published {
    package: &'static str,
    version: &'static str,
    /// The checksum of the package.
    integrity: &'static str,
    path: &'static str,
    operations: usize,
}

const GITHUB: Published = Published {
    package: "@octokit/openapi",
    version: "23.0.2",
    integrity: "sha512-pV8M7L9GY23AybNvTmo2nyjmpmnt6+2sRE/tqr0ZLQcPS4lnw7u5eZGNmwRNkBC3D7gZXbFx5AHzLUVRBXGDhg==",
    path: "generated/api.github.com.json",
    operations: 1223,
};

const FIGMA: Published = Published {
    package: "@figma/rest-api-spec",
    version: "0.43.0",
    integrity: "sha512-sbFm28WM8MsawyLSYO9Ddne+8xytWU5D7oCOOWyzRvLpd9InFHihC37dQBVJVzAVyT7HpwYtU4wlm+ALogC38g==",
    path: "openapi/openapi.yaml",
    operations: 54,
};

/// The documents are compiled one after the other, because they share their dependencies.
#[test]
fn every_operation_is_declared_and_compiles_without_a_warning() {
    if !has_npm() {
        assert!(std::env::var_os("AFRESH_REQUIRE_NPM").is_none(), "npm is required but not installed");
        // `eprintln!` would be shown for failing tests only.
        let skipped = "SKIPPED: npm is not installed, so the documents of published.rs are not tested";
        writeln!(std::io::stderr(), "{skipped}").unwrap();
        return;
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("openapi");
    let scratch = Scratch::new(folder.join("crates"));
    scratch.warm_up().unwrap();
    for published in [GITHUB, FIGMA] {
        let text = fs::read_to_string(published.bring(&folder)).unwrap();
        let declaration = declare(&Document::parse(&text).unwrap(), None);
        assert!(declaration.refused.is_empty(), "{:?}", declaration.refused);
        assert_eq!(
            (declaration.operations, declaration.declared),
            (published.operations, published.operations)
        );
        let written = declaration.source.matches("async fn ").count();
        assert_eq!(written, declaration.methods);
        assert!(written >= published.operations);
        let checked = scratch.hold(&declaration).unwrap().check().unwrap();
        assert_eq!(checked.complaint, None, "{}", published.package);
        println!("{} operations of {} in {:.1?}", declaration.declared, published.package, checked.took);
    }
}

fn has_npm() -> bool {
    Command::new("npm").arg("--version").output().is_ok_and(|output| output.status.success())
}

impl Published {
    /// Where the document is. The package is downloaded once. An incomplete download is removed.
    fn bring(&self, folder: &Path) -> PathBuf {
        let name = self.package.replace(['@', '/'], "_");
        let kept = folder.join(format!("{name}-{}", self.version));
        let document = kept.join("package").join(self.path);
        if document.exists() {
            return document;
        }
        let coming = folder.join(format!("{name}-coming-{}", std::process::id()));
        fs::create_dir_all(&coming).unwrap();
        let archive = self.pack(&coming);
        let inside = format!("package/{}", self.path);
        run(Command::new("tar").arg("-xzf").arg(archive).arg(inside).current_dir(&coming));
        let _ = fs::remove_dir_all(&kept);
        fs::rename(&coming, &kept).unwrap();
        document
    }

    fn pack(&self, into: &Path) -> PathBuf {
        let wanted = format!("{}@{}", self.package, self.version);
        let output = run(Command::new("npm").args(["pack", "--json", &wanted]).current_dir(into));
        let said: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(
            (&said[0]["version"], &said[0]["integrity"]),
            (&self.version.into(), &self.integrity.into())
        );
        // Older versions of npm print the scope in the file name in another form.
        into.join(said[0]["filename"].as_str().unwrap().replace('@', "").replace('/', "-"))
    }
}

fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}
