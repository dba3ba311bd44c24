//! Tests a mistake in Cargo.toml: the user renames the runtime crate.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Returns the Cargo.toml of a user's package. The package is a separate workspace, because Cargo searches the parent
/// directories for a workspace.
fn manifest(runtime: &Path) -> String {
    format!(
        "[package]\nname = \"renamed\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n[dependencies]\n\
         net = {{ package = \"afresh\", path = {runtime:?} }}\nserde = {{ version = \"1\", features = [\"derive\"] }}\n"
    )
}

const SHOP: &str = r#"
    use net::{ApiError, AsTokens, Result, api};

    #[derive(Debug, ApiError)]
    pub enum ShopError {
        #[status(404)]
        NotFound,
        #[other]
        Other(net::Error),
    }

    #[derive(serde::Deserialize, AsTokens)]
    pub struct Login {
        #[tokens(access)]
        token: String,
    }

    #[api(dyn)]
    pub trait Shop {
        #[login]
        #[post("/login")]
        async fn login(&self) -> Result<Login>;
        #[get("/orders")]
        async fn orders(&self) -> Result<Vec<u64>, ShopError>;
    }

    pub async fn uses(shop: &ShopClient) -> Result<Vec<u64>, ShopError> {
        shop.orders().await
    }
"#;

fn check(source: &str) -> Vec<String> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let package = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("renamed");
    fs::create_dir_all(package.join("src")).unwrap();
    fs::write(package.join("Cargo.toml"), manifest(&tests.join("../../runtime"))).unwrap();
    fs::copy(tests.join("../../Cargo.lock"), package.join("Cargo.lock")).unwrap();
    fs::write(package.join("src/lib.rs"), source).unwrap();
    let output = Command::new(env!("CARGO"))
        .args(["check", "--offline", "--message-format", "short"])
        .env("CARGO_TARGET_DIR", PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("../"))
        .current_dir(&package)
        .output()
        .unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    errors.lines().filter(|line| line.contains(": error")).map(str::to_owned).collect()
}

#[test]
fn a_renamed_dependency_is_one_error_that_names_the_argument() {
    let errors = check(SHOP);
    assert!(errors.len() == 1 && errors[0].starts_with("src/lib.rs:18"), "{errors:#?}");
    assert!(errors[0].contains("has the name `net` in Cargo.toml"), "{errors:#?}");
    assert_eq!(check(&SHOP.replace("api(dyn)", "api(dyn, crate = net)")), [""; 0]);
}
