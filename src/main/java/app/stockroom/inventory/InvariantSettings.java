package app.stockroom.inventory;

import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How closely the invariants are watched.
 *
 * @param interval the pause between a look at one tenant and a look at the next
 */
@ConfigurationProperties("stockroom.invariants")
record InvariantSettings(@DefaultValue("1m") Duration interval) {
}
