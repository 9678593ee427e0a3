/**
 * Problems, requests, pages and database pools: what every module stands on, and nothing
 * of the domain.
 */
@NullMarked
package app.stockroom.platform;

import org.jspecify.annotations.NullMarked;
