//! `bellhop` on one machine: the functions of `functions/` around embedded engines, one module for
//! each AWS service it stands in for, and the commands that ring its doors.

// The desk and its commands.
mod chat_room;
pub mod config;
pub mod demo;
pub mod desk;
pub mod options;
pub mod register;
pub mod say;
pub mod serve;
pub mod time;
pub mod token;

// HTTP: what API Gateway does, and what only this machine sees.
mod dev;
mod front;
mod gateway;
mod start_page;

// The engines and stand-ins.
pub mod availability;
pub mod bus;
pub mod clock;
pub mod dynamodb;
pub mod faults;
mod files;
pub mod inbox;
pub mod journal;
pub mod meter;
pub mod outbox;
pub mod s3;
pub mod secrets;
pub mod ses;
pub mod smtp;
pub mod standins;
pub mod streams;
pub mod vouch;
pub mod webhook;
pub mod wire;
