"""A lived-in world for a real control plane: what a company of some twenty teams has running.

Everything is decided by a seed and a size, so two runs give one world: the same objects with the
same names, labels, images, replicas and fates. What a server or a controller makes up itself
(uids, times, the five letters behind a ReplicaSet's pods) differs.
"""
