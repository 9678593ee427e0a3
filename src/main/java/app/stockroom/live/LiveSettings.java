package app.stockroom.live;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the live feed.
 *
 * @param heartbeatMs how often a stream tells where the feed stands, in milliseconds
 * @param connections database connections for reading what was not announced, and for
 * comparing heads
 * @param streams streams that one process serves at a time
 * @param streamsPerTenant streams that one tenant may have open at one process
 * @param streamsPerUser streams that one user of a tenant may have open at one process
 * @param lingerMs how long a feed outlives its last subscriber, who may be coming back,
 * in milliseconds
 */
@ConfigurationProperties("stockroom.live")
record LiveSettings(@DefaultValue("15000") long heartbeatMs, @DefaultValue("2") int connections,
		@DefaultValue("20000") int streams, @DefaultValue("10000") int streamsPerTenant,
		@DefaultValue("100") int streamsPerUser, @DefaultValue("30000") long lingerMs) {
}
