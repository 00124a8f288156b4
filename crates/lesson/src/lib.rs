//! The words both sides of the wire share.
