//! Which source of credentials wins, from the environment and the texts of the two shared files.

#[cfg(test)]
mod chains;
#[cfg(test)]
mod fingerprints;
#[cfg(test)]
mod losers;
#[cfg(test)]
mod random;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod support;
#[cfg(test)]
mod winners;
