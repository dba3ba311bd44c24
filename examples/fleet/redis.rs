//! A Redis for the fleet: an existing one, or one that this example starts.

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
            // What a session needs of a Redis: every change is on the disk before it is confirmed, and nothing is
            // evicted.
            .args(["--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction"])
            .arg("--dir")
            .arg(&folder)
            .stdout(Stdio::null())
            .spawn();
        let Ok(process) = process else {
            fs::remove_dir_all(&folder)?;
            return Err(
                "there is no `redis-server` here: install one, or start one and name it in REDIS_URL".into(),
            );
        };
        let redis = Self { url: format!("redis://127.0.0.1:{port}/"), own: Some((process, folder)) };
        for _ in 0..500 {
            if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
                return Ok(redis);
            }
            thread::sleep(Duration::from_millis(20));
        }
        Err("the redis-server does not start".into())
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
