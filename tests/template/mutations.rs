//! Mistakes somebody could make in the template, each as an edit of its text. The chain must refuse
//! every one; a mistake that it lets through is a rule that is missing.

/// One mistake.
pub struct Mutation {
    /// What is wrong then.
    pub name: &'static str,
    /// What is replaced: the first of these behind `within`.
    pub from: &'static str,
    /// What it becomes.
    pub to: &'static str,
    /// Where the edit begins; empty for the beginning.
    pub within: &'static str,
    /// The step that refuses it.
    pub step: &'static str,
}

impl Mutation {
    /// The template with the mistake in it.
    pub fn apply(&self, template: &str) -> String {
        let start = template.find(self.within).unwrap_or_else(|| panic!("{}: where?", self.name));
        let (before, after) = template.split_at(start);
        let changed = format!("{before}{}", after.replacen(self.from, self.to, 1));
        assert_ne!(changed, template, "{} changes nothing", self.name);
        changed
    }
}

const fn mistake(
    step: &'static str,
    name: &'static str,
    within: &'static str,
    from: &'static str,
    to: &'static str,
) -> Mutation {
    Mutation { name, from, to, within, step }
}

/// Every mistake. The steps are `read`, `transform`, `lint` and `rules`.
pub const MUTATIONS: [Mutation; 39] = [
    mistake("rules", "a wildcard action", "\n  ApiRole:", "s3:PutObject", "s3:*"),
    mistake(
        "rules",
        "a wildcard resource",
        "\n  NotifyRole:",
        "Resource: !GetAtt Bus.Arn",
        "Resource: \"*\"",
    ),
    mistake(
        "rules",
        "a folder of the bucket too many",
        "\n  SlackRole:",
        "${Bucket.Arn}/ticket/*",
        "${Bucket.Arn}/*",
    ),
    mistake(
        "rules",
        "mail may send, which it does not link",
        "\n  MailRole:",
        "Action: s3:ListBucket\n                Resource: !GetAtt Bucket.Arn",
        "Action: ses:SendRawEmail\n                Resource: !Sub \"arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/${Domain}\"",
    ),
    mistake(
        "rules",
        "a right that is never used",
        "\n  EscalateRole:",
        "[dynamodb:BatchGetItem, ",
        "[dynamodb:BatchGetItem, dynamodb:BatchWriteItem, ",
    ),
    mistake("rules", "a right that is missing", "\n  NotifyRole:", "dynamodb:DeleteItem, ", ""),
    mistake(
        "rules",
        "a bucket that forgets",
        "- Id: incoming",
        "Prefix: incoming/",
        "Prefix: file/",
    ),
    mistake("rules", "a bucket that keeps all", "- Id: incoming", "Enabled", "Disabled"),
    mistake(
        "rules",
        "slack may invoke discord",
        "\n  SlackRole:",
        "function:${AWS::StackName}-slack",
        "function:${AWS::StackName}-discord",
    ),
    mistake(
        "rules",
        "no dead letters of the stream",
        "\n        Committed:",
        "            DestinationConfig:\n              OnFailure: { Type: SQS, Destination: !GetAtt StreamDeadLetters.Arn }\n",
        "",
    ),
    mistake(
        "rules",
        "no dead letters of mail",
        "\n  Mail:",
        "        DestinationConfig:\n          OnFailure: { Type: SQS, Destination: !GetAtt MailDeadLetters.Arn }\n",
        "",
    ),
    mistake(
        "rules",
        "dead letters that may not be sent",
        "\n  EscalateRole:",
        "              - Effect: Allow\n                Action: sqs:SendMessage\n                Resource: !GetAtt MinuteDeadLetters.Arn\n",
        "",
    ),
    mistake(
        "rules",
        "a receipt rule that waits for nothing",
        "",
        "    DependsOn: [BucketPolicy, MailMayBeRung]\n",
        "",
    ),
    mistake(
        "rules",
        "mail is announced before it is safe",
        "\n  ReceiptRule:",
        "          - S3Action: { BucketName: !Ref Bucket, ObjectKeyPrefix: inbox/ }\n          - LambdaAction: { FunctionArn: !GetAtt Mail.Arn, InvocationType: Event }\n",
        "          - LambdaAction: { FunctionArn: !GetAtt Mail.Arn, InvocationType: Event }\n          - S3Action: { BucketName: !Ref Bucket, ObjectKeyPrefix: inbox/ }\n",
    ),
    mistake(
        "rules",
        "anybody's receipt rule may fill the inbox",
        "",
        "                aws:SourceAccount: !Ref AWS::AccountId\n",
        "",
    ),
    mistake("rules", "a wrong handler", "", "Handler: bootstrap", "Handler: main.handler"),
    mistake("rules", "the wrong program", "", "lambda/bellhop-slack/", "lambda/bellhop-api/"),
    mistake(
        "rules",
        "no recovery to a point in time",
        "",
        "PointInTimeRecoveryEnabled: true",
        "PointInTimeRecoveryEnabled: false",
    ),
    mistake(
        "rules",
        "a table that goes with its stack",
        "",
        "DeletionPolicy: Retain",
        "DeletionPolicy: Delete",
    ),
    mistake("rules", "a public bucket", "", "BlockPublicPolicy: true", "BlockPublicPolicy: false"),
    mistake(
        "rules",
        "a bucket without TLS",
        "",
        "\"aws:SecureTransport\": \"false\"",
        "\"aws:SecureTransport\": \"true\"",
    ),
    mistake(
        "rules",
        "no stream",
        "",
        "      StreamSpecification: { StreamViewType: NEW_AND_OLD_IMAGES }\n",
        "",
    ),
    mistake("rules", "half a stream", "", "NEW_AND_OLD_IMAGES", "KEYS_ONLY"),
    mistake("rules", "items that never expire", "", "AttributeName: expires", "AttributeName: ttl"),
    mistake(
        "rules",
        "an index too few",
        "",
        "        - IndexName: asked\n          KeySchema:\n            - { AttributeName: asked_pk, KeyType: HASH }\n            - { AttributeName: asked_sk, KeyType: RANGE }\n          Projection: { ProjectionType: KEYS_ONLY }\n",
        "",
    ),
    mistake("rules", "another name of an index", "", "IndexName: mine", "IndexName: own"),
    mistake("rules", "a filter that lets all in", "", "\"prefix\":\"LANE#\"", "\"prefix\":\"\""),
    mistake("rules", "a missing variable", "", "        BELLHOP_DOMAIN: !Ref Domain\n", ""),
    mistake(
        "rules",
        "a secret in plain",
        "",
        "!Sub \"{{resolve:secretsmanager:${SecretName}:SecretString:reply_secret::${SecretVersion}}}\"",
        "not-so-secret",
    ),
    mistake(
        "rules",
        "an open queue",
        "\n  MailDeadLetters:",
        "SqsManagedSseEnabled: true",
        "SqsManagedSseEnabled: false",
    ),
    mistake(
        "rules",
        "a permission for everybody",
        "\n  MailMayBeRung:",
        "      SourceAccount: !Ref AWS::AccountId\n",
        "",
    ),
    mistake(
        "rules",
        "the clock's silence is no alarm",
        "\n  ClockStandsStillAlarm:",
        "TreatMissingData: breaching",
        "TreatMissingData: notBreaching",
    ),
    mistake("lint", "a wrong type", "", "AWS::SES::EmailIdentity", "AWS::SES::MailIdentity"),
    mistake(
        "lint",
        "a wrong property",
        "\n  StreamAgeAlarm:",
        "EvaluationPeriods",
        "EvaluationPeriod",
    ),
    mistake("lint", "a reference to nothing", "\nOutputs:", "!Ref Alarms", "!GetAtt Alarms.Name"),
    mistake(
        "lint",
        "an attribute without an index",
        "",
        "AttributeName: due_sk, A",
        "AttributeName: due, A",
    ),
    mistake(
        "transform",
        "a function without code",
        "",
        "      CodeUri: ../target/lambda/bellhop-mail/\n",
        "",
    ),
    mistake("transform", "an event of no kind", "", "Type: Schedule\n", "Type: Scheduled\n"),
    mistake("read", "a key that stands twice", "", "MemorySize: 1024", "Timeout: 1024"),
];
