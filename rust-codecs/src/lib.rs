//! WebP decoding by `image-webp`, over plain memory: the caller takes memory for the file, decodes, reads the pixels.
use image_webp::WebPDecoder;
use std::alloc::{GlobalAlloc, Layout, System};
use std::io::Cursor;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// Whether memory was wanted that there is none of: what follows is a trap, and says nothing about the file.
static SHORT: AtomicBool = AtomicBool::new(false);

struct Noticing;

// SAFETY: every call goes to the system's allocator as it is.
unsafe impl GlobalAlloc for Noticing {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        noticed(unsafe { System.alloc(layout) })
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        noticed(unsafe { System.alloc_zeroed(layout) })
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        noticed(unsafe { System.realloc(at, layout, size) })
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        unsafe { System.dealloc(at, layout) }
    }
}

fn noticed(at: *mut u8) -> *mut u8 {
    if at.is_null() {
        SHORT.store(true, Relaxed);
    }
    at
}

#[global_allocator]
static ALLOCATOR: Noticing = Noticing;

/// Whether memory has run out.
#[unsafe(no_mangle)]
pub extern "C" fn memory_is_short() -> bool {
    SHORT.load(Relaxed)
}

/// Memory for a file; it is never given back, as an instance decodes once.
#[unsafe(no_mangle)]
pub extern "C" fn take(length: usize) -> *mut u8 {
    Vec::leak(vec![0; length]).as_mut_ptr()
}

/// Where the pixels of a file are, `[height, width, channels]`; null when the file is damaged or has another size.
///
/// # Safety
/// `at` is what `take` gave for `length`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn decode(at: *const u8, length: usize, width: u32, height: u32, channels: usize) -> *const u8 {
    let file = unsafe { std::slice::from_raw_parts(at, length) };
    pixels(file, width, height, channels).map_or(std::ptr::null(), |pixels| Vec::leak(pixels).as_ptr())
}

fn pixels(file: &[u8], width: u32, height: u32, channels: usize) -> Option<Vec<u8>> {
    let mut decoder = WebPDecoder::new(Cursor::new(file)).ok()?;
    let stored = if decoder.has_alpha() { 4 } else { 3 };
    if decoder.dimensions() != (width, height) || stored != channels {
        return None;
    }
    let mut pixels = vec![0; decoder.output_buffer_size()?];
    decoder.read_image(&mut pixels).ok()?;
    Some(pixels)
}
