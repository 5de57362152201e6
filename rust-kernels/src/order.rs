//! Scan orders: the token a direction visits at a step (`SCAN_ORDERS` of the table).

/// The walk of one direction.
#[derive(Clone, Copy)]
pub struct Order {
    code: u32,
    length: usize,
    grid_width: usize,
    table: *const u32,
}

impl Order {
    pub unsafe fn of(direction: usize, orders: u32, length: usize, grid_width: usize, table: *const u32) -> Order {
        let table = table.wrapping_add(direction * length);
        Order { code: orders >> (4 * direction as u32) & 15, length, grid_width, table }
    }

    /// Whether the walk comes from a table: then nothing says that it meets every token once.
    pub fn is_table(&self) -> bool {
        self.code == 4
    }

    /// Steps of the straight run that `step` belongs to, and how many of them lie before it.
    pub fn run_at(&self, step: usize) -> (usize, usize) {
        match self.code {
            2 | 3 => {
                let height = self.length / self.grid_width;
                (height, step % height)
            }
            _ => (self.length, step),
        }
    }

    #[inline(always)]
    pub unsafe fn token(&self, step: usize) -> usize {
        let along = if self.code == 1 || self.code == 3 { self.length - 1 - step } else { step };
        match self.code {
            0 | 1 => along,
            2 | 3 => {
                let height = self.length / self.grid_width;
                along % height * self.grid_width + along / height
            }
            _ => *self.table.add(step) as usize,
        }
    }
}
