/**
 * Where stock is kept: the warehouses of a tenant.
 */
@NullMarked
package app.stockroom.warehouses;

import org.jspecify.annotations.NullMarked;
