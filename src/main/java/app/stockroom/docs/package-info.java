/**
 * The description of the API for people: Swagger UI, from its webjar and without a line
 * of inline script.
 */
@NullMarked
package app.stockroom.docs;

import org.jspecify.annotations.NullMarked;
