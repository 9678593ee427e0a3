/**
 * The dashboard as people use it: the whole service and a real Chromium. Compiled and run
 * with the Maven profile browser only.
 */
package app.stockroom.browser;
