package app.stockroom.tenancy;

/**
 * A module's routes, as a bean: that it exists says that the {@link Api} knows them.
 */
public final class RouteTable {

	RouteTable() {
	}

}
