//! End to end: the real `bellhop`, started as anybody would start it, and driven from outside through
//! its doors. Nothing here reaches into the program; what is checked is what people and scripts see.

mod harness;

mod ack;
mod assignment;
mod capabilities;
mod chat_room;
mod chat_storm;
mod config_file;
mod configuration;
mod crash;
mod crowd;
mod demo;
mod discord_corpus;
mod discord_story;
mod doors;
mod faults;
mod files;
mod folder;
mod forms;
mod ladder;
mod lambdas;
mod languages;
mod loopback;
mod macros;
mod mails;
mod naughty;
mod once;
mod people;
mod receipt;
mod related;
mod rest;
mod review;
mod rules;
mod signatures;
mod sla;
mod slack_corpus;
mod slack_story;
mod tasks;
mod tidy;
mod tokens;
mod undo;
mod verbs;
mod visits;
mod ways;
mod webhooks;
