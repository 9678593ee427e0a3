package app.stockroom.platform;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.netty.channel.AbortedException;

import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.http.HttpStatusCode;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.stereotype.Component;
import org.springframework.web.ErrorResponse;
import org.springframework.web.server.MethodNotAllowedException;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebExceptionHandler;

/**
 * Answers every error signal, on every path, with a problem document. It stands before
 * Spring Boot's own handlers, which know other formats.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
class ProblemHandler implements WebExceptionHandler {

	private static final Logger logger = LoggerFactory.getLogger(ProblemHandler.class);

	@Override
	public Mono<Void> handle(ServerWebExchange exchange, Throwable error) {
		if (exchange.getResponse().isCommitted()) {
			// Nothing can be said any more: the connection is closed, so that the client
			// does not take the part it has for the whole.
			return Mono.error(error);
		}
		if (error instanceof AbortedException) {
			logger.debug("{}The client has hung up", exchange.getLogPrefix());
			return Mono.error(error);
		}
		return Problems.write(exchange, refusal(exchange, error));
	}

	private static Refusal refusal(ServerWebExchange exchange, Throwable error) {
		return switch (error) {
			case Refusal refusal -> refusal;
			case MethodNotAllowedException refused ->
				Problem.METHOD_NOT_ALLOWED.because("The path does not support %s.".formatted(refused.getHttpMethod()))
					.with("allow", refused.getSupportedMethods());
			case ErrorResponse response -> refusal(exchange, error, response.getStatusCode());
			case DataBufferLimitException _ -> Problem.CONTENT_TOO_LARGE.because("The body is larger than allowed.");
			case AuthenticationServiceException _ -> unavailable(exchange, error);
			default -> Outage.isOne(error) ? unavailable(exchange, error) : internal(exchange, error);
		};
	}

	private static Refusal refusal(ServerWebExchange exchange, Throwable error, HttpStatusCode status) {
		String detail = (error instanceof ErrorResponse response) ? response.getBody().getDetail() : null;
		String reason = (detail != null) ? detail : "The request cannot be answered.";
		return switch (status.value()) {
			case 401 -> Problem.UNAUTHENTICATED.because(reason);
			case 403 -> Problem.FORBIDDEN.because(reason);
			case 404 -> Problem.NOT_FOUND.because("There is nothing at this path.");
			case 405 -> Problem.METHOD_NOT_ALLOWED.because(reason);
			case 406 -> Problem.NOT_ACCEPTABLE.because(reason);
			case 413 -> Problem.CONTENT_TOO_LARGE.because(reason);
			case 415 -> Problem.UNSUPPORTED_MEDIA_TYPE.because(reason);
			case 503 -> unavailable(exchange, error);
			default -> status.is4xxClientError() ? Problem.INVALID_REQUEST.because(reason) : internal(exchange, error);
		};
	}

	private static Refusal unavailable(ServerWebExchange exchange, Throwable error) {
		LogDetails.of(exchange, logger.atWarn())
			.log("Unavailable for {}: {}", exchange.getLogPrefix(), error.toString());
		return Problem.UNAVAILABLE.because("Something the service depends on is out of reach or too slow. Try again.");
	}

	private static Refusal internal(ServerWebExchange exchange, Throwable error) {
		LogDetails.of(exchange, logger.atError())
			.setCause(error)
			.log("Unexpected error for {}{}", exchange.getLogPrefix(), exchange.getRequest().getPath());
		return Problem.INTERNAL_ERROR.because("The error was logged. The request may be tried again.");
	}

}
