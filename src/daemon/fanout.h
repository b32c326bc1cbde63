// Hands each report on to several. Threads: as an observer of a pipeline; add before it runs.
#pragma once

#include <vector>

#include "hypnos/pipeline/report.h"

namespace hypnos {

class Fanout final : public PipelineObserver {
 public:
  void Add(PipelineObserver* observer) { observers_.push_back(observer); }
  void OnFrame(const FrameReport& report) override {
    for (auto* observer : observers_) observer->OnFrame(report);
  }
  void OnDream(const DreamReport& report) override {
    for (auto* observer : observers_) observer->OnDream(report);
  }
  void OnStep(const StepReport& report) override {
    for (auto* observer : observers_) observer->OnStep(report);
  }
  void OnPhase(const PhaseReport& report) override {
    for (auto* observer : observers_) observer->OnPhase(report);
  }
  void OnProbe(const ProbeReport& report) override {
    for (auto* observer : observers_) observer->OnProbe(report);
  }
  void OnSleep(const SleepReport& report) override {
    for (auto* observer : observers_) observer->OnSleep(report);
  }
  void OnGuard(const GuardReport& report) override {
    for (auto* observer : observers_) observer->OnGuard(report);
  }
  void OnNovelty(const NoveltyNews& news) override {
    for (auto* observer : observers_) observer->OnNovelty(news);
  }
  void OnStreamEnd(const StreamEnd& end) override {
    for (auto* observer : observers_) observer->OnStreamEnd(end);
  }

 private:
  std::vector<PipelineObserver*> observers_;
};

}  // namespace hypnos
