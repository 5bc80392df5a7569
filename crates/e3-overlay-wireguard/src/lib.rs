//! Overlay `wireguard`.
pub mod key;
mod packet;
