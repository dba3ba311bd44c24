//! Each kind of parameter and each return type, over real sockets.

#[path = "wire/answers.rs"]
mod answers;
#[path = "wire/arguments.rs"]
mod arguments;
#[path = "wire/bodies.rs"]
mod bodies;
#[path = "wire/clients.rs"]
mod clients;
#[path = "wire/formats.rs"]
mod formats;
#[path = "wire/grants.rs"]
mod grants;
#[path = "wire/redirects.rs"]
mod redirects;
#[path = "wire/server.rs"]
mod server;
