//! Scratch, handed out piece by piece: a kernel traps rather than pass its end.

/// What is left of the scratch region.
#[derive(Clone, Copy)]
pub struct Scratch {
    next: *mut f32,
    /// Floats.
    pub left: usize,
}

impl Scratch {
    pub fn new(scratch: *mut f32, bytes: usize) -> Scratch {
        Scratch { next: scratch, left: bytes / 4 }
    }

    /// The next `rows` rows of `columns` floats.
    pub fn take(&mut self, rows: usize, columns: usize) -> *mut f32 {
        let floats = rows as u64 * columns as u64;
        if floats > self.left as u64 {
            core::arch::wasm32::unreachable();
        }
        let taken = self.next;
        self.next = taken.wrapping_add(floats as usize);
        self.left -= floats as usize;
        taken
    }

    /// What is left, as the arguments of another kernel.
    pub fn rest(&self) -> (*mut f32, usize) {
        (self.next, 4 * self.left)
    }
}
