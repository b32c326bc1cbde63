// The parts of Validate, each of a few sections of a configuration and of what hangs together
// there.
#pragma once

#include "config/places.h"
#include "config/report.h"
#include "proto/config.pb.h"

namespace hypnos::config {

void ValidateSources(const Config& config, const Places& places, Report* report);
void ValidateEncoding(const Config& config, const Places& places, Report* report);
void ValidateLearning(const Config& config, const Places& places, Report* report);
void ValidateLabels(const Config& config, const Places& places, Report* report);
void ValidateSchedule(const Config& config, const Places& places, Report* report);
// Probe set, guard and novelty.
void ValidateWatching(const Config& config, const Places& places, Report* report);
// What is written, and who is told: recordings, history, webhooks, events and their pictures.
void ValidateKeeping(const Config& config, const Places& places, Report* report);
// The broker, and what is done through it.
void ValidateCluster(const Config& config, const Places& places, Report* report);

}  // namespace hypnos::config
