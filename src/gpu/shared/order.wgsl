// Which token a direction visits at a step; see `reference/order.ts`. Uses the fields orders, length, gridWidth and
// orderOffset of the parameters, and the operand `order`, in which a token that is none becomes the last.
fn tokenAt(step: u32, direction: u32) -> u32 {
  let code = (p.orders >> (4u * direction)) & 15u;
  if (code == ORDER_TABLE) { return min(order[p.orderOffset + direction * p.length + step], p.length - 1u); }
  let walked = select(step, p.length - 1u - step, code == ORDER_ROW_REVERSED || code == ORDER_COLUMN_REVERSED);
  if (code == ORDER_ROW || code == ORDER_ROW_REVERSED) { return walked; }
  let gridHeight = p.length / p.gridWidth;
  return walked % gridHeight * p.gridWidth + walked / gridHeight;
}
