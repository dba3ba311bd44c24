//! The Redis server of the fleet: an existing server, or a server that this example starts.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{env, fs, thread};

use crate::Result;

pub struct Redis {
    pub url: String,
    own: Option<(Child, PathBuf)>,
}

impl Redis {
    pub fn find() -> Result<Self> {
        if let Ok(url) = env::var("REDIS_URL") {
            return Ok(Self { url, own: None });
        }
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let folder = env::temp_dir().join(format!("shop-fleet-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        let process = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--port", &port.to_string()])
            // To store sessions, Redis must write each change to disk before confirming the change, and must never
            // evict keys.
            .args(["--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction"])
            .arg("--dir")
            .arg(&folder)
            .stdout(Stdio::null())
            .spawn();
        let Ok(process) = process else {
            fs::remove_dir_all(&folder)?;
            return Err(
                "cannot start `redis-server`; install it, or set `REDIS_URL` to a running server".into()
            );
        };
        let redis = Self { url: format!("redis://127.0.0.1:{port}/"), own: Some((process, folder)) };
        for _ in 0..500 {
            if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
                return Ok(redis);
            }
            thread::sleep(Duration::from_millis(20));
        }
        Err("`redis-server` does not accept connections".into())
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        if let Some((process, folder)) = &mut self.own {
            let _ = process.kill();
            let _ = process.wait();
            let _ = fs::remove_dir_all(folder);
        }
    }
}
