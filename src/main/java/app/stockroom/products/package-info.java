/**
 * What is stocked: the product catalogue of a tenant.
 */
@NullMarked
package app.stockroom.products;

import org.jspecify.annotations.NullMarked;
