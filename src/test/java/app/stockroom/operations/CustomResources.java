package app.stockroom.operations;

import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.ObjectMeta;

/**
 * What we use of resources that operators define, after their published schemas: who uses
 * more of one adds it here.
 */
final class CustomResources {

	private CustomResources() {
	}

	record ServiceMonitor(String apiVersion, String kind, ObjectMeta metadata, MonitorSpec spec) {
	}

	record MonitorSpec(LabelSelector selector, String jobLabel, List<Endpoint> endpoints) {
	}

	record Endpoint(String port, String path, String interval, String scrapeTimeout) {
	}

	record PrometheusRule(String apiVersion, String kind, ObjectMeta metadata, RuleSpec spec) {
	}

	record RuleSpec(List<RuleGroup> groups) {
	}

	record RuleGroup(String name, String interval, List<Rule> rules) {
	}

	record Rule(String alert, String expr, @JsonProperty("for") String duration, Map<String, String> labels,
			Map<String, String> annotations) {
	}

	record ExternalSecret(String apiVersion, String kind, ObjectMeta metadata, SecretSpec spec) {
	}

	record SecretSpec(String refreshInterval, StoreRef secretStoreRef, Target target, List<Data> data) {
	}

	record StoreRef(String kind, String name) {
	}

	record Target(String name, String creationPolicy) {
	}

	record Data(String secretKey, RemoteRef remoteRef) {
	}

	record RemoteRef(String key, String property, String version) {
	}

}
