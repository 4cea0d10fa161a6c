//! The cache as many processes use it: started together, killed, stopped, short of space.

#![cfg(unix)]

#[cfg(test)]
mod child;
#[cfg(test)]
mod clients;
#[cfg(test)]
mod killed;
#[cfg(test)]
mod short_of_space;
#[cfg(test)]
mod stopped;
#[cfg(test)]
mod together;
