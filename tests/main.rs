//! End to end: the real `bellhop`, started as anybody would start it, and driven from outside through
//! its doors. Nothing here reaches into the program; what is checked is what people and scripts see.

mod harness;

mod crash;
mod demo;
mod doors;
mod folder;
mod ladder;
mod loopback;
mod once;
mod signatures;
mod tidy;
