//! Scan orders: the token a direction visits at a step (`SCAN_ORDERS` of the table).
use crate::codes::*;

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
        self.code == ORDER_TABLE
    }

    /// Steps of the straight run that `step` belongs to, and how many of them lie before it.
    pub fn run_at(&self, step: usize) -> (usize, usize) {
        match self.code {
            ORDER_COLUMN | ORDER_COLUMN_REVERSED => {
                let height = self.length / self.grid_width;
                (height, step % height)
            }
            _ => (self.length, step),
        }
    }

    #[inline(always)]
    pub unsafe fn token(&self, step: usize) -> usize {
        let along = match self.code {
            ORDER_ROW_REVERSED | ORDER_COLUMN_REVERSED => self.length - 1 - step,
            _ => step,
        };
        match self.code {
            ORDER_ROW | ORDER_ROW_REVERSED => along,
            ORDER_COLUMN | ORDER_COLUMN_REVERSED => {
                let height = self.length / self.grid_width;
                along % height * self.grid_width + along / height
            }
            _ => {
                let token = *self.table.add(step) as usize;
                if token >= self.length {
                    core::arch::wasm32::unreachable();
                }
                token
            }
        }
    }
}
