// Number of a thread in a grid whose groups of 64 are spread over x and y, as one dimension holds 65,535 of them.
fn spread(group: vec3u, groups: vec3u, lane: u32) -> u32 {
  return (group.y * groups.x + group.x) * 64u + lane;
}
