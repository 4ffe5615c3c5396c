"""Policies inside deep agents; nothing here is imported before it is asked for.

- ``dqn``: a deep Q-learner with any policy, network and backup (PyTorch); ``networks``, ``replay``, ``tensor_backups``,
  ``tensor_work``: its parts
- ``sb3``: the DQN and QR-DQN of Stable-Baselines3 with any policy; ``exploration``: what both of them do;
  ``sb3_quantiles``: QR-DQN, of sb3-contrib; ``sb3_agent``: that DQN as an agent of comparisons
"""
