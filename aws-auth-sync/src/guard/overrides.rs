//! The flags that let a guard pass.

use clap::Args;

use super::Code;

/// Flags that let changes pass which a guard refuses.
#[derive(Args, Clone, Copy, Debug, Default, Eq, PartialEq)]
#[command(next_help_heading = "Guards")]
pub struct Overrides {
    /// Let whoever runs this lose access, or groups, by it (C01)
    #[arg(long)]
    pub allow_lock_out: bool,

    /// Leave nobody in system:masters (C02)
    #[arg(long)]
    pub allow_no_admin: bool,

    /// Take away an entry of nodes while the cluster has nodes, or may have (C03)
    #[arg(long)]
    pub allow_node_removal: bool,

    /// Empty a section, or take away more than half of the entries (C04)
    #[arg(long)]
    pub allow_mass_deletion: bool,

    /// Write to a cluster that the sources do not name (C05)
    #[arg(long)]
    pub allow_other_cluster: bool,

    /// Write a section anew that the consumer cannot read (C10)
    #[arg(long)]
    pub repair: bool,

    /// Put somebody into system:masters without `# aws-auth-sync: allow C11` in the source (C11)
    #[arg(long)]
    pub allow_new_admin: bool,
}

impl Overrides {
    /// Whether what the guard refuses may pass.
    #[must_use]
    pub const fn allows(self, code: Code) -> bool {
        match code {
            Code::OwnAccess => self.allow_lock_out,
            Code::LastAdmin => self.allow_no_admin,
            Code::NodeRole => self.allow_node_removal,
            Code::MassDeletion => self.allow_mass_deletion,
            Code::OtherCluster => self.allow_other_cluster,
            Code::Unparsable => self.repair,
            Code::NewAdmin => self.allow_new_admin,
        }
    }
}
