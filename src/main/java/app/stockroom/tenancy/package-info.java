/**
 * Tenants and callers: who may do what for whom, proven by a token, isolated by row level
 * security.
 */
@NullMarked
package app.stockroom.tenancy;

import org.jspecify.annotations.NullMarked;
