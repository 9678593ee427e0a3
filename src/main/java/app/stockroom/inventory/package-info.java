/**
 * Inventory records and stock movements as clients see them.
 */
@NullMarked
package app.stockroom.inventory;

import org.jspecify.annotations.NullMarked;
