//! Each kind of parameter and each return type, over real sockets.

mod answers;
mod arguments;
mod bodies;
mod clients;
mod formats;
mod grants;
mod lengths;
<<<<<<< .merge_file_EPmEaR
mod proxies;
=======
mod lists;
>>>>>>> .merge_file_kAPdIO
mod redirects;
mod server;
