package app.stockroom.embedded;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.r2dbc.autoconfigure.R2dbcConnectionDetails;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Explains a start without any database: the production jar has no embedded one to fall
 * back to.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
class MissingDatabaseFailureAnalyzer extends AbstractFailureAnalyzer<NoSuchBeanDefinitionException> {

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, NoSuchBeanDefinitionException cause) {
		if (!R2dbcConnectionDetails.class.equals(cause.getBeanType())) {
			return null;
		}
		return new FailureAnalysis("No PostgreSQL is configured, and this build holds no embedded one.",
				"Set spring.r2dbc.url, spring.r2dbc.username and spring.r2dbc.password for the application role, and"
						+ " spring.flyway.url, spring.flyway.user and spring.flyway.password for the owner.",
				cause);
	}

}
